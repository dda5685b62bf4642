/** Cells of a notebook are refined and reviewed, and never changed. */
import * as assert from 'node:assert';
import * as vscode from 'vscode';
import type { Api } from '../../../client-vscode/src/api';
import type { Applied } from '../../../client-vscode/src/protocol';
import { client, openDiffs, refine, shownDiff, until } from './editor';

const CELL = `def paired(first, second):
    """Count the items of first that are in second.

    >>> paired([3, 1, 4, 1, 5], [1, 5, 9])
    3
    """
    found = 0
    for item in first:
        if item in second:
            found += 1
    return found
`;

describe('a cell of a notebook', () => {
  let api: Api;
  let cell: vscode.TextDocument;

  before(async () => {
    api = await client();
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder);
    const uri = vscode.Uri.joinPath(folder.uri, 'n.ipynb');
    const source = CELL.split(/(?<=\n)/);
    const cells = [{ cell_type: 'code', execution_count: null, id: 'one', metadata: {}, outputs: [], source }];
    const text = { cells, metadata: { language_info: { name: 'python' } }, nbformat: 4, nbformat_minor: 5 };
    await vscode.workspace.fs.writeFile(uri, Buffer.from(JSON.stringify(text)));
    const notebook = await vscode.workspace.openNotebookDocument(uri);
    await vscode.window.showNotebookDocument(notebook);
    cell = notebook.cellAt(0).document;
  });
  after(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('is refined', async () => {
    assert.strictEqual(cell.languageId, 'python');
    const jobId = await refine(cell, 'paired');
    await until(() => api.jobs.candidates(jobId)[0], 'a candidate', 180_000);
    await vscode.commands.executeCommand('orps.server.stop', { jobId });
  });

  it('is reviewed: both sides are Python, and show the cell alone', async () => {
    await vscode.commands.executeCommand('orps.review', api.jobs.best(cell.uri.toString()));
    const { left, right } = await shownDiff();
    assert.strictEqual(left.toString(), cell.uri.toString());
    const after = await vscode.workspace.openTextDocument(right);
    assert.match(after.getText(), /^def paired\(first, second\):[^]*set\(/);
    assert.strictEqual(after.languageId, 'python');
  });

  it('is not changed, and it is said why', async () => {
    const answer = await vscode.commands.executeCommand<Applied>('orps.server.apply', api.jobs.best(cell.uri.toString()));
    assert.match(answer.reason ?? '', /only read/);
    assert.strictEqual(cell.getText().trimEnd(), CELL.trimEnd());
    await vscode.commands.executeCommand('orps.dismiss');
    await until(() => openDiffs() === 0, 'the diff closes');
    await until(() => vscode.window.activeNotebookEditor?.notebook.getCells()[0]?.document === cell, 'the notebook is in front');
  });
});
