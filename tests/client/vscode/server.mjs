// VS Code's own server with a throw-away profile, and a headless chromium as its window.
//   VSCODE_SERVER_MAIN  server-main.js inside the npm package code-server
//   CHROMIUM            the browser, /usr/bin/chromium if unset
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

const START_MS = 60_000;

const quiet = {
  'telemetry.telemetryLevel': 'off',
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden', // the chat panel would open and take the focus
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'remote.autoForwardPorts': false,
  'git.enabled': false,
};

function writeSettings(file, settings) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify(settings));
}

/** Settings are written to the user's *and* the machine's file: machine-scoped ones are read from the latter only. */
export async function startServer({ settings = {}, vsix = [], extensions = [] } = {}) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'orps-vscode-'));
  const user = path.join(home, 'user');
  writeSettings(path.join(user, 'User', 'settings.json'), { ...quiet, ...settings });
  writeSettings(path.join(user, 'Machine', 'settings.json'), settings);
  for (const folder of extensions) {
    fs.cpSync(folder, path.join(home, 'extensions', path.basename(folder)), { recursive: true });
  }
  const main = process.env.VSCODE_SERVER_MAIN;
  const folders = ['--user-data-dir', user, '--extensions-dir', path.join(home, 'extensions')];
  const options = {
    env: {
      ...process.env,
      HOME: home,
      // An address where nobody listens: the tests ask nothing outside.
      EXTENSIONS_GALLERY: '{"serviceUrl":"http://127.0.0.1:9/none","itemUrl":"","resourceUrlTemplate":""}',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  };
  for (const file of vsix) execFileSync(process.execPath, [main, '--install-extension', file, ...folders], options);
  const server = spawn(process.execPath, [
    main, '--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--accept-server-license-terms',
    '--telemetry-level', 'off', '--enable-smoke-test-driver', '--server-data-dir', path.join(home, 'data'), ...folders,
  ], { ...options, detached: true });
  const stop = () => stopServer(server, home);
  process.once('SIGTERM', () => { void stop().then(() => process.exit(143)); });
  try {
    return { port: await portOf(server), home, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The whole group: the extension host would wait for hours that the window comes back. */
async function stopServer(server, home) {
  if (server.exitCode === null && server.signalCode === null) {
    const gone = new Promise((done) => { server.once('exit', done); });
    process.kill(-server.pid, 'SIGTERM');
    const last = setTimeout(() => process.kill(-server.pid, 'SIGKILL'), 5000);
    await gone;
    clearTimeout(last);
  }
  fs.rmSync(home, { recursive: true, force: true, maxRetries: 10 });
}

function portOf(server) {
  let log = '';
  return new Promise((found, failed) => {
    const limit = setTimeout(() => failed(new Error(`VS Code's server did not start:\n${log}`)), START_MS);
    const read = (chunk) => {
      log += chunk;
      const match = /(?:listening on|bound to|available at)\D+?(?:127\.0\.0\.1|localhost):(\d+)/i.exec(log);
      if (match) { clearTimeout(limit); found(Number(match[1])); }
    };
    server.stdout.on('data', read);
    server.stderr.on('data', read);
    server.once('exit', (code) => { clearTimeout(limit); failed(new Error(`VS Code's server ended with ${code}:\n${log}`)); });
  });
}

export async function openBrowser() {
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', ...root],
  });
  return { browser, page: await browser.newPage({ viewport: { width: 1280, height: 800 } }) };
}
