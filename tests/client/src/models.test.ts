/** The editor's own models: what they write is run like anything else, and what they refuse ends no run. */
import * as assert from 'node:assert';
import * as vscode from 'vscode';
import type { Api } from '../../../client-vscode/src/api';
import { bestOf, client, ended, open, refine, restore, until } from './editor';

interface Asked { text: string; cancelled: boolean }

const ANSWER = `Twice is not one more.

\`\`\`python
def doubled(items: list[int]) -> list[int]:
    return [item * 2 for item in items]
\`\`\`
`;

describe('models of the editor', () => {
  let api: Api;
  let document: vscode.TextDocument;
  let original: string;

  const say = async (what?: object): Promise<void> => {
    await vscode.commands.executeCommand('models.say', what);
    await until(async () => (await vscode.lm.selectChatModels({ vendor: 'recorded' })).length === (what ? 1 : 0), 'the models');
  };
  const asked = async (): Promise<Asked[]> => vscode.commands.executeCommand('models.asked');
  const stop = async (jobId: string): Promise<void> => {
    await vscode.commands.executeCommand('orps.server.stop', { jobId });
    assert.strictEqual((await ended(api, jobId)).state, 'cancelled');
  };

  before(async () => {
    document = await open('doubled.py');
    original = document.getText();
    api = await client();
    await vscode.workspace.getConfiguration('orps').update('model', 'editor:recorded', vscode.ConfigurationTarget.Global);
  });
  after(async () => {
    await say();
    await vscode.workspace.getConfiguration('orps').update('model', undefined, vscode.ConfigurationTarget.Global);
    await restore(document, original);
  });

  it('what one writes, piece by piece, is verified and told of with its name', async () => {
    await say({ text: ANSWER });
    const { author } = await bestOf(api, await refine(document, 'doubled'));
    assert.match(author, /recorded\/answers$/);
    assert.match((await asked())[0]?.text ?? '', /def doubled\(items: list\[int\]/);
  });

  it('one that is blocked is asked once, and the rules go on', async () => {
    await say({ error: 'Blocked' });
    const jobId = await refine(document, 'doubled');
    await until(async () => (await asked()).length > 0, 'the question', 180_000);
    const executed = (): number => api.jobs.job(jobId)?.executed ?? 0;
    const before = executed();
    await until(() => executed() > before + 2, 'candidates of the rules', 180_000);
    await stop(jobId);
    assert.strictEqual((await asked()).length, 1);
  });

  it('a stopped run takes its question back', async () => {
    await say({ waits: true });
    const jobId = await refine(document, 'doubled');
    await until(async () => (await asked()).length > 0, 'the question', 180_000);
    await stop(jobId);
    await until(async () => (await asked()).every(({ cancelled }) => cancelled), 'the end of it');
  });
});
