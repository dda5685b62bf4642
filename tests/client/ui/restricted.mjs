// A workspace that is not trusted: nothing runs until the person trusts it.
import assert from 'node:assert';
import fs from 'node:fs';
import { codeAction, openFile } from './window.mjs';

const TITLE = 'ORPS: refine common';
export const settings = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
};

/** The servers that belong to this window: others on the machine have another home folder. */
function servers(folder) {
  const home = folder.replace(/\/workspace$/, '');
  return fs.readdirSync('/proc').filter((id) => /^\d+$/.test(id)).filter((id) => {
    const [command, environment] = ['cmdline', 'environ'].map((name) => read(`/proc/${id}/${name}`).split('\0'));
    return command.includes('orps_server') && environment.includes(`HOME=${home}`);
  });
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return ''; // it has ended
  }
}

export const name = 'a restricted workspace starts nothing until it is trusted';

export async function body({ page, folder, shot }) {
  await openFile(page, 'lists.py', 8);
  await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
  await page.getByRole('button', { name: /ORPS: restricted – trust this workspace to enable/ }).waitFor();
  assert.strictEqual(await codeAction(page, TITLE, 2), undefined);
  assert.deepStrictEqual(servers(folder), []);
  await shot('7-restricted');

  await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).click();
  await page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();
  await page.locator('.monaco-modal-editor-block').getByRole('button', { name: /^Close/ }).click();
  await page.getByRole('tab', { name: /lists\.py/ }).click();
  assert.ok(await codeAction(page, TITLE), 'no code action after trust was granted');
  assert.strictEqual(servers(folder).length, 1);
  await page.keyboard.press('Escape'); // the menu
}
