/** Lends the server the models of the editor: answers `orps/lm/*` by way of `vscode.lm`. */
import * as vscode from 'vscode';
import { LSPErrorCodes, ResponseError, type LanguageClient } from 'vscode-languageclient/node';
import { LM_CHUNK, LM_COMPLETE, LM_MODELS, type LmFailure, type LmModel, type LmQuestion, type LmReply } from '../protocol';

/** Says what may be asked without asking the person. */
export type Access = vscode.LanguageModelAccessInformation;

/** Characters to a token, at most: an answer that goes on longer than was asked for is cut off. */
const LONGEST_TOKEN = 8;

export function lendModels(client: LanguageClient, access: Access): void {
  client.onRequest(LM_MODELS, async ({ selector }: { selector: string }): Promise<{ models: LmModel[] }> => {
    const models = await select(selector);
    return { models: models.map((model) => described(model, access)) };
  });
  client.onRequest(LM_COMPLETE, (question: LmQuestion, token: vscode.CancellationToken): Promise<LmReply> =>
    complete(question, token, access, (text) => client.sendNotification(LM_CHUNK, { requestId: question.requestId, text })));
}

/** Models came or went, or the person has decided whether we may ask one. */
export function onDidChangeModels(access: Access, tell: () => void): vscode.Disposable {
  return vscode.Disposable.from(vscode.lm.onDidChangeChatModels(tell), access.onDidChange(tell));
}

async function select(selector: string): Promise<vscode.LanguageModelChat[]> {
  const [vendor, family] = selector.split('/');
  return vscode.lm.selectChatModels({ ...(vendor && { vendor }), ...(family && { family }) });
}

function described(model: vscode.LanguageModelChat, access: Access): LmModel {
  const { vendor, family, id, name } = model;
  return { vendor, family, id, name, allowed: access.canSendRequest(model) ?? null };
}

async function complete(
  question: LmQuestion,
  token: vscode.CancellationToken,
  access: Access,
  tell: (text: string) => Promise<void>,
): Promise<LmReply> {
  const models = await select(question.selector);
  // The first request of all shows the editor's question for consent, which nobody answers in the background.
  const model = question.background ? models.find((one) => access.canSendRequest(one) === true) : models[0];
  if (!model) {
    throw failure(models.length > 0 ? 'noPermissions' : 'notFound');
  }
  const reading = new vscode.CancellationTokenSource();
  const subscription = token.onCancellationRequested(() => { reading.cancel(); });
  try {
    return await read(model, question, reading, tell);
  } catch (error) {
    throw error instanceof ResponseError ? error : failure(kindOf(error), error);
  } finally {
    subscription.dispose();
    reading.dispose();
  }
}

async function read(
  model: vscode.LanguageModelChat,
  question: LmQuestion,
  reading: vscode.CancellationTokenSource,
  tell: (text: string) => Promise<void>,
): Promise<LmReply> {
  const messages = question.messages.map(({ role, content }) => role === 'assistant'
    ? vscode.LanguageModelChatMessage.Assistant(content)
    : vscode.LanguageModelChatMessage.User(content));
  const answer = await model.sendRequest(messages, { justification: question.justification }, reading.token);
  let text = '';
  let truncated = false;
  for await (const piece of answer.text) {
    // Older editors do not pass a cancellation on, newer ones end quietly: look at our own token.
    if (reading.token.isCancellationRequested) {
      break;
    }
    text += piece;
    truncated = text.length > question.maxTokens * LONGEST_TOKEN;
    if (truncated) {
      reading.cancel();
      return { text, model: nameOf(model), truncated };
    }
    await tell(piece);
  }
  if (reading.token.isCancellationRequested) {
    throw failure('cancelled');
  }
  return { text, model: nameOf(model), truncated };
}

function nameOf({ vendor, family }: vscode.LanguageModelChat): string {
  return `${vendor}/${family}`;
}

function kindOf(error: unknown): LmFailure {
  if (error instanceof vscode.CancellationError) {
    return 'cancelled';
  }
  switch (error instanceof vscode.LanguageModelError ? error.code : '') {
    case vscode.LanguageModelError.NoPermissions().code: return 'noPermissions';
    case vscode.LanguageModelError.Blocked().code: return 'blocked';
    case vscode.LanguageModelError.NotFound().code: return 'notFound';
    default: return 'unknown';
  }
}

function failure(kind: LmFailure, cause?: unknown): ResponseError<{ kind: LmFailure }> {
  const message = cause instanceof Error ? cause.message : kind;
  return new ResponseError(LSPErrorCodes.RequestFailed, message, { kind });
}
