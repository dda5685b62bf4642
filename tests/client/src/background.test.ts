/** What the editor lends and what begins by itself: models, saving, the doctor. */
import * as assert from 'node:assert';
import * as vscode from 'vscode';
import type { Api } from '../../../client-vscode/src/api';
import { actionsAt, bestOf, client, lineOf, open, refine, restore, type, until } from './editor';

const ON_SAVE = 'refactor.rewrite.orps.onSave';

describe('by itself and by others', () => {
  let api: Api;
  let document: vscode.TextDocument;
  let original: string;

  before(async () => {
    document = await open('lists.py');
    original = document.getText();
    api = await client();
  });
  beforeEach(async () => { document = await open('lists.py'); });
  afterEach(() => restore(document, original));

  it('each objective is in the menu', async () => {
    await refine(document, 'common').then((jobId) => vscode.commands.executeCommand('orps.server.dismiss', { jobId }));
    const objectives = async (): Promise<string[]> =>
      (await actionsAt(document, lineOf(document, 'def common(')))
        .map((action) => (action.command?.arguments?.[0] as { objective?: string } | undefined)?.objective)
        .filter((objective) => objective !== undefined);
    // VS Code hears of the end of the run a moment after the command was answered.
    await until(async () => (await objectives()).length > 0, 'the objectives');
    assert.deepStrictEqual(await objectives(), ['fix', 'time', 'memory', 'simplicity']);
  });

  it('without a model of the editor the rules go on', async () => {
    assert.deepStrictEqual(await vscode.lm.selectChatModels(), []);
    const settings = vscode.workspace.getConfiguration('orps');
    await settings.update('model', 'editor', vscode.ConfigurationTarget.Global);
    try {
      assert.ok(await bestOf(api, await refine(document, 'common')));
    } finally {
      await settings.update('model', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('a function is refined when its file is saved, once it was chosen', async () => {
    // What waits for a decision is not searched again.
    for (const { jobId } of api.jobs.jobs) {
      await vscode.commands.executeCommand('orps.server.dismiss', { jobId });
    }
    const at = new vscode.Position(lineOf(document, '    found = 0'), 4);
    const editor = await vscode.window.showTextDocument(document);
    editor.selection = new vscode.Selection(at, at);
    const title = async (): Promise<string | undefined> =>
      (await actionsAt(document, at.line)).find((action) => action.kind?.value === ON_SAVE)?.title;
    await vscode.commands.executeCommand('orps.toggleOnSave');
    assert.strictEqual(await title(), 'ORPS: no longer refine common on every save');
    await type(document, 0, '# saved\n');
    assert.ok(await document.save());
    const job = await until(() => api.jobs.jobs.find(({ background, candidates }) => background && candidates > 0), 'a run', 180_000);
    assert.strictEqual(job.qualname, 'common');
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('orps.toggleOnSave');
    await vscode.commands.executeCommand('orps.server.dismiss', { jobId: job.jobId });
  });

  it('the doctor opens what it found', async () => {
    await vscode.commands.executeCommand('orps.doctor');
    const text = vscode.window.activeTextEditor?.document.getText() ?? '';
    assert.match(text, /interpreter/);
    assert.match(text, /model: /);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });
});
