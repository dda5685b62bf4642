/** Starting, restarting, and what is said when no Python can run the server. */
import * as assert from 'node:assert';
import * as fs from 'node:fs';
import * as vscode from 'vscode';
import type { Api } from '../../../client-vscode/src/api';
import { actionsAt, candidate, client, lineOf, open, openDiffs, refine, restore, shownDiff, until } from './editor';

/** The child of the extension host that runs the server. */
function serverProcess(): number | undefined {
  const list = `/proc/${process.pid}/task/${process.pid}/children`;
  const children = fs.existsSync(list) ? fs.readFileSync(list, 'utf8').trim().split(' ').map(Number) : [];
  return children.find((id) => fs.readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0').includes('orps_server'));
}

describe('the server', () => {
  let api: Api;
  let document: vscode.TextDocument;
  let original: string;

  before(async () => {
    document = await open('lists.py');
    original = document.getText();
    api = await client();
  });
  after(() => restore(document, original));

  it('forgets jobs and reviews when it is restarted, and works again', async () => {
    await vscode.commands.executeCommand('orps.review', await candidate(api, document));
    await shownDiff();
    await vscode.commands.executeCommand('orps.restart');
    assert.strictEqual(api.server.state.kind, 'running');
    assert.deepStrictEqual(api.jobs.jobs, []);
    assert.strictEqual(openDiffs(), 0);
    const jobId = await refine(document, 'common');
    await until(() => api.jobs.job(jobId), 'a new run');
    await vscode.commands.executeCommand('orps.stop');
  });

  it('is started again when it dies', async function () {
    const server = serverProcess();
    if (server === undefined) { return this.skip(); } // only Linux tells
    process.kill(server, 'SIGKILL');
    await until(() => api.server.state.kind === 'starting', 'its death is noticed');
    await until(() => api.server.state.kind === 'running', 'it runs again');
    assert.notStrictEqual(serverProcess(), server);
    assert.deepStrictEqual(api.jobs.jobs, []);
    assert.ok((await actionsAt(document, lineOf(document, 'def common('))).length > 0);
  });

  it('is missed when the setting names no Python, and found again when it is corrected', async () => {
    const settings = vscode.workspace.getConfiguration('orps');
    const where = vscode.ConfigurationTarget.Workspace;
    await settings.update('serverInterpreter', '/there/is/no/python', where);
    try {
      await until(() => api.server.state.kind === 'missing', 'the missing interpreter is noticed');
    } finally {
      await settings.update('serverInterpreter', undefined, where);
    }
    await until(() => api.server.state.kind === 'running', 'the server runs again');
  });
});
