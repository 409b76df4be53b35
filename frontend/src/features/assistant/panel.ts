/** The panel, apart so that it loads only when it is opened. */
export { AssistantPanel } from './AssistantPanel';
export type { AssetRef } from './events';
