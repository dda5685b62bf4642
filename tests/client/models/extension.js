// Stands where Copilot would: a provider of one chat model, which answers what the command `models.say` was told.
const vscode = require('vscode');

const MODEL = {
  id: 'answers', name: 'Answers', family: 'answers', version: '1',
  maxInputTokens: 100_000, maxOutputTokens: 10_000, capabilities: {},
};

/** What is sent in one piece; small enough that an answer takes many. */
const PIECE = 7;

exports.activate = (context) => {
  const changed = new vscode.EventEmitter();
  let says; // { text } | { error } | { waits: true }; undefined: there is no model
  let asked = []; // the questions since models.say, and what became of them

  const provider = {
    onDidChangeLanguageModelChatInformation: changed.event,
    provideLanguageModelChatInformation: () => (says ? [MODEL] : []),
    provideTokenCount: (_model, text) => String(text).length,
    async provideLanguageModelChatResponse(_model, messages, _options, progress, token) {
      const question = { text: messages.map(textOf).join('\n'), cancelled: false };
      asked.push(question);
      if (says.error) throw vscode.LanguageModelError[says.error]('as the test wants it');
      if (says.waits) {
        progress.report(new vscode.LanguageModelTextPart('Let me think'));
        await new Promise((done) => { token.onCancellationRequested(done); });
        question.cancelled = true;
        return;
      }
      for (let at = 0; at < says.text.length; at += PIECE) {
        progress.report(new vscode.LanguageModelTextPart(says.text.slice(at, at + PIECE)));
      }
    },
  };
  context.subscriptions.push(
    changed,
    vscode.lm.registerLanguageModelChatProvider('recorded', provider),
    vscode.commands.registerCommand('models.say', (next) => { says = next; asked = []; changed.fire(); }),
    vscode.commands.registerCommand('models.asked', () => asked),
  );
};

function textOf({ content }) {
  return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
}
