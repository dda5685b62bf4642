/** What happens to runs and candidates when the person goes on typing. */
import * as assert from 'node:assert';
import * as vscode from 'vscode';
import type { Api } from '../../../client-vscode/src/api';
import type { Applied } from '../../../client-vscode/src/protocol';
import { bestOf, candidate, client, lineOf, open, refine, restore, shownDiff, type, until } from './editor';

describe('typing while ORPS works', () => {
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

  it('above the function during the run, apply still hits the function', async () => {
    const jobId = await refine(document, 'common');
    await type(document, 1, '\nFIRST = "é𝄞"  # typed while it ran\n');
    const found = await bestOf(api, jobId);
    const typed = document.getText();
    const answer = await vscode.commands.executeCommand<Applied>('orps.apply', found);
    assert.strictEqual(answer.applied, true, answer.reason ?? '');
    const [before, after] = typed.split(/^def common[^]*?(?=^LAST)/m);
    const text = document.getText();
    assert.ok(text.startsWith(`${before}def common(first: list[int], second: list[int])`) && text.endsWith(after ?? ''), text);
    await vscode.commands.executeCommand('undo');
    assert.strictEqual(document.getText(), typed);
  });

  it('outside the function during the review, the right side follows', async () => {
    await vscode.commands.executeCommand('orps.review', await candidate(api, document));
    const right = await vscode.workspace.openTextDocument((await shownDiff()).right);
    assert.doesNotMatch(right.getText(), /typed later/);
    await type(document, 1, '# typed later\n');
    await until(() => right.getText().includes('# typed later\n'), 'the new line on the right side');
  });

  it('in the function after the verification, apply is refused and changes nothing', async () => {
    const found = await candidate(api, document);
    await type(document, lineOf(document, '    return found'), '    found += 0\n');
    const typed = document.getText();
    const answer = await vscode.commands.executeCommand<Applied>('orps.apply', found);
    assert.strictEqual(answer.applied, false);
    assert.ok(answer.reason, 'no reason was given');
    assert.strictEqual(document.getText(), typed);
    await until(() => api.jobs.job(found.jobId)?.state === 'stale', 'the job is called stale');
  });

  it('back to what was verified, the candidate can be applied again', async () => {
    const found = await candidate(api, document);
    await type(document, lineOf(document, '    return found'), '    found += 0\n');
    await vscode.commands.executeCommand('undo');
    assert.strictEqual(document.getText(), original);
    const answer = await vscode.commands.executeCommand<Applied>('orps.apply', found);
    assert.strictEqual(answer.applied, true);
  });
});
