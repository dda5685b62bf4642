/** Names virtual documents: which candidate of which file a `orps:` or `orps-evidence:` URI stands for. */
import * as vscode from 'vscode';
import type { CandidateRef } from '../protocol';

export const RIGHT_SIDE = 'orps';
export const EVIDENCE = 'orps-evidence';

/** The path stays the file's own, so that the editor picks the right language and label; a cell has none of its own. */
export function rightSideOf(file: vscode.Uri, ref: CandidateRef): vscode.Uri {
  const path = isCell(file) ? `${file.path}/${file.fragment}.py` : file.path;
  return file.with({ scheme: RIGHT_SIDE, path, fragment: '', query: queryOf(ref, file) });
}

export function evidenceOf(name: string, ref: CandidateRef): vscode.Uri {
  return vscode.Uri.from({ scheme: EVIDENCE, path: `/${name}.md`, query: queryOf(ref) });
}

export function leftSideOf(rightSide: vscode.Uri): vscode.Uri {
  return vscode.Uri.parse(new URLSearchParams(rightSide.query).get('of') ?? '', true);
}

/** Whether this is a cell of a notebook, which is a document by itself. */
export function isCell(uri: vscode.Uri): boolean {
  return uri.scheme === 'vscode-notebook-cell';
}

export function refOf(uri: vscode.Uri): CandidateRef | undefined {
  const query = new URLSearchParams(uri.query);
  const jobId = query.get('job');
  const candidateId = query.get('candidate');
  return jobId !== null && candidateId !== null ? { jobId, candidateId } : undefined;
}

function queryOf({ jobId, candidateId }: CandidateRef, left?: vscode.Uri): string {
  return new URLSearchParams({ job: jobId, candidate: candidateId, ...(left && { of: left.toString() }) }).toString();
}
