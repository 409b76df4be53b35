/** What every page holds of the assistant; the panel itself is in `panel.ts` and loads when it is opened. */
export { AssistantButton } from './AssistantButton';
export { askAssistant, forgetConversation, mentionedAssets, openPanel, panelState } from './panelState';
export type { AssetRef } from './events';
