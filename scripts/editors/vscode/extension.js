// Starts `clipscope lsp` for .clip files. Without vscode-languageclient (`npm install` in this folder)
// only the colours work.
const vscode = require("vscode");

let client;

exports.activate = async function () {
  let languageClient;
  try {
    languageClient = require("vscode-languageclient/node");
  } catch {
    vscode.window.showWarningMessage(
      "Clipscope: run `npm install` in the extension's folder for errors, completion and help.");
    return;
  }
  const command = vscode.workspace.getConfiguration("clipscope").get("path", "clipscope");
  client = new languageClient.LanguageClient(
    "clipscope", "Clipscope", { command, args: ["lsp"] },
    { documentSelector: [{ language: "clip" }] });
  try {
    await client.start();
  } catch (error) {
    vscode.window.showErrorMessage(
      `Clipscope: \`${command} lsp\` does not start (${error.message}). Set clipscope.path.`);
  }
};

exports.deactivate = function () {
  return client && client.stop();
};
