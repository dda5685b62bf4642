#!/usr/bin/env node
// A "VS Code executable" for @vscode/test-cli: it takes the desktop's command line and runs the same test protocol
// on VS Code's own server and a headless chromium.
//   VSCODE_SHIM_SETTINGS  JSON, more settings
//   VSCODE_SHIM_LOG       file for everything that the workbench and the extension host log
//   VSCODE_SHIM_SHOT      file for a screenshot when a run fails
//   VSCODE_SHIM_TIMEOUT   seconds, 300 if unset
import fs from 'node:fs';
import path from 'node:path';
import util from 'node:util';
import { openBrowser, startServer } from './server.mjs';

const LATE = 124; // what timeout(1) says, too
const env = process.env;
const options = {};
let folder = '';
for (const argument of process.argv.slice(2)) {
  const match = /^--([^=]+)(?:=(.*))?$/s.exec(argument);
  if (match) (options[match[1]] ??= []).push(match[2] ?? '');
  else folder = path.resolve(argument);
}

const { extensionDevelopmentPath: [developed, ...others], extensionTestsPath: [tests] } = options;

const server = await startServer({
  settings: JSON.parse(env.VSCODE_SHIM_SETTINGS ?? '{}'),
  extensions: others,
}).catch((error) => { console.error(error.message); process.exit(70); });
const { browser, page } = await openBrowser();

const log = env.VSCODE_SHIM_LOG && fs.createWriteStream(env.VSCODE_SHIM_LOG);
await page.exposeFunction('codeAutomationLog', (type, args) => {
  const text = util.format(...args);
  log?.write(`[${type}] ${text}\n`);
  if (/^\s/.test(text) || text === '') console.log(text); // mocha's own lines are the indented ones
});
const finished = new Promise((done) => { void page.exposeFunction('codeAutomationExit', done); });
const late = new Promise((done) => { setTimeout(done, Number(env.VSCODE_SHIM_TIMEOUT ?? 300) * 1000, LATE).unref(); });

const remote = (file) => `vscode-remote://127.0.0.1:${server.port}${path.resolve(file)}`;
// In the browser only one extension can be under development; the others are installed.
const payload = [['extensionDevelopmentPath', remote(developed)], ['extensionTestsPath', remote(tests)]];
const query = `folder=${encodeURIComponent(folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
await page.goto(`http://127.0.0.1:${server.port}/?${query}`, { waitUntil: 'domcontentloaded' });
const code = await Promise.race([finished, late]);
if (code === LATE) console.error('the suites did not end in time');
if (code !== 0 && env.VSCODE_SHIM_SHOT) await page.screenshot({ path: env.VSCODE_SHIM_SHOT }).catch(() => {});
await browser.close();
await server.stop();
process.exit(code);
