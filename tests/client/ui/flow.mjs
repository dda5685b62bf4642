// Light bulb, status bar, list of candidates, code lens, diff, evidence, the check mark in the diff's title bar, saved.
import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import { codeAction, openFile, until } from './window.mjs';

export const name = 'from the light bulb to the saved file by keyboard and mouse';

export async function body({ page, folder, shot }) {
  const file = path.join(folder, 'lists.py');
  const onDisk = () => fs.readFileSync(file, 'utf8');
  const original = onDisk();
  await openFile(page, 'lists.py', 8);
  const action = await codeAction(page, 'ORPS: refine common');
  assert.ok(action, 'no code action');
  await shot('1-code-action');
  await action.click();

  await page.locator('.statusbar-item', { hasText: /ORPS .*round/ }).waitFor();
  const review = page.locator('.codelens-decoration').getByText('Review', { exact: true });
  await review.waitFor();
  const best = page.locator('.statusbar-item', { hasText: /ORPS best [\d.]+×/ });
  await best.waitFor();
  await page.locator('.codelens-decoration').getByText('Dismiss', { exact: true }).waitFor(); // the run has ended
  await shot('2-candidate');
  await best.click();
  await page.locator('.quick-input-list').getByText(/× faster/).first().waitFor();
  await shot('3-candidates', 500);
  await page.keyboard.press('Escape');

  await page.keyboard.press('Control+b'); // room for both sides
  await review.click();
  await page.getByRole('tab', { name: /common: current ↔ .*×/ }).waitFor();
  await page.locator('.diff-editor, .monaco-diff-editor').locator('.line-insert, .char-insert').first().waitFor();
  await page.mouse.move(640, 650);
  await shot('4-diff', 1000);

  await page.getByRole('button', { name: 'Show Evidence' }).first().click();
  await page.getByRole('tab', { name: /Evidence for common/ }).waitFor();
  await shot('5-evidence', 1500); // the preview is a page of its own
  await page.getByRole('tab', { name: /common: current ↔/ }).click();

  await page.getByRole('button', { name: 'Apply Candidate' }).first().click();
  await page.getByRole('tab', { name: /common: current ↔/ }).waitFor({ state: 'detached' });
  assert.strictEqual(onDisk(), original, 'saved before the person did');
  await page.keyboard.press('Control+s');
  // The editor empties the file before it writes: what is read between is neither.
  await until(() => onDisk() !== original && onDisk() !== '', 'the saved file');
  assert.match(onDisk(), /set\(/);
  await shot('6-applied', 500);
}
