// A window with the packaged client and a copy of the fixture: what the UI flows have in common.
//   ORPS_TEST_PYTHON  the Python with the server
//   VSIX, FIXTURE     the packaged client; the folder to work on
//   SHOTS             folder for screenshots (optional)
import fs from 'node:fs';
import path from 'node:path';
import { openBrowser, startServer } from '../vscode/server.mjs';

const STEP_MS = 30_000;
const { ORPS_TEST_PYTHON, VSIX, FIXTURE, SHOTS } = process.env;

/** Runs flows one after the other in one window, each told of in mocha's words, so that all are counted the same way. */
export async function run(settings, ...flows) {
  const window = await openWindow(settings);
  try {
    for (const { name, body } of flows) {
      if (!await passes(name, body, window)) break; // the next one begins where this one ends
    }
  } finally {
    await window.close();
  }
}

async function passes(name, body, window) {
  const start = Date.now();
  try {
    await body(window);
    if (window.outside.size) throw new Error(`the page asked ${[...window.outside].join(', ')}`);
    console.log(`    ✔ ${name} (${Date.now() - start}ms)\n  1 passing`);
    return true;
  } catch (error) {
    console.log(`    1) ${name}\n  1 failing\n${error.stack}`);
    await window.shot('failed');
    process.exitCode = 1;
    return false;
  }
}

async function openWindow(settings) {
  const server = await startServer({
    settings: {
      'orps.serverInterpreter': ORPS_TEST_PYTHON,
      'editor.fontSize': 15,
      'editor.scrollbar.horizontal': 'hidden',
      'editor.scrollbar.vertical': 'hidden',
      'editor.minimap.enabled': false,
      'diffEditor.useInlineViewWhenSpaceIsLimited': false,
      'window.commandCenter': false,
      'window.title': '${activeEditorShort} – Visual Studio Code',
      ...settings,
    },
    vsix: [path.resolve(VSIX)],
  });
  const folder = path.join(server.home, 'workspace');
  fs.cpSync(FIXTURE, folder, { recursive: true });
  const { browser, page } = await openBrowser();
  page.setDefaultTimeout(STEP_MS);
  const outside = new Set();
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    // Webviews name their files so; the page's own service worker answers.
    const inside = hostname === '127.0.0.1' || hostname.endsWith('.vscode-resource.vscode-cdn.net');
    if (/^(http|ws)/.test(protocol) && !inside) outside.add(hostname);
  });
  const shot = async (shotName, settled = 0) => { // what fades in is waited for where somebody will look at it
    if (!SHOTS) return;
    await page.waitForTimeout(settled);
    await page.screenshot({ path: path.join(SHOTS, `${shotName}.png`) });
  };
  const close = async () => { await browser.close(); await server.stop(); };
  await page.goto(`http://127.0.0.1:${server.port}/?folder=${folder}`, { waitUntil: 'domcontentloaded' });
  return { page, folder, outside, shot, close };
}

export async function openFile(page, name, line) {
  await page.waitForSelector('.explorer-folders-view .monaco-list-row');
  await page.getByRole('treeitem', { name: new RegExp(`^${name}`) }).dblclick();
  await page.waitForSelector('.editor-instance .view-line');
  await page.keyboard.press('Control+g'); // the box opens with a colon in it: type the number alone
  await page.keyboard.type(String(line));
  await page.keyboard.press('Enter');
}

/** The code action menu's line; a menu opened before the server was ready does not have it, so it is opened again. */
export async function codeAction(page, title, tries = 10) {
  const action = page.locator('.action-widget').getByText(title, { exact: true });
  for (let i = 0; i < tries; i++) {
    await page.waitForTimeout(500);
    await page.keyboard.press('Control+.');
    if (await action.waitFor({ timeout: 2000 }).then(() => true, () => false)) return action;
    await page.keyboard.press('Escape');
  }
  return undefined;
}

export async function until(look, what) {
  for (const end = Date.now() + STEP_MS; Date.now() < end;) {
    if (await look()) return;
    await new Promise((done) => { setTimeout(done, 100); });
  }
  throw new Error(`it never came: ${what}`);
}
