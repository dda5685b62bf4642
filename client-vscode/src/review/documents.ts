/** Opens and shows what a job is about: a file, or the notebook whose cell it is. */
import * as vscode from 'vscode';
import { isCell } from './uris';

/** The server works on open documents; the person may have closed this one. */
export async function openDocument(uri: vscode.Uri): Promise<void> {
  if (isCell(uri)) {
    await notebookOf(uri);
  } else {
    await vscode.workspace.openTextDocument(uri);
  }
}

export async function showDocument(uri: vscode.Uri): Promise<void> {
  if (isCell(uri)) {
    await vscode.window.showNotebookDocument(await notebookOf(uri));
  } else {
    await vscode.window.showTextDocument(uri);
  }
}

async function notebookOf(cell: vscode.Uri): Promise<vscode.NotebookDocument> {
  const open = vscode.workspace.notebookDocuments.find((notebook) =>
    notebook.getCells().some(({ document }) => document.uri.toString() === cell.toString()));
  return open ?? vscode.workspace.openNotebookDocument(cell.with({ scheme: 'file', fragment: '' }));
}
