// The same suites on desktop VS Code (downloaded by the test tool) and, with VSCODE_SERVER_MAIN, on the stand-in for it.
import { fileURLToPath } from 'node:url';
import { defineConfig } from '@vscode/test-cli';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  label: 'host',
  files: 'dist/*.test.js',
  workspaceFolder: process.env.WORKSPACE,
  extensionDevelopmentPath: [here('../../client-vscode'), here('./models')],
  skipExtensionDependencies: true, // else it asks the marketplace
  mocha: { ui: 'bdd', timeout: 240_000, color: false },
  ...(process.env.VSCODE_SERVER_MAIN ? { useInstallation: { fromPath: here('./vscode/shim.mjs') } } : {}),
});
