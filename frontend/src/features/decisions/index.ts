export { DecisionsWorkspace } from './DecisionsWorkspace';
export type { AssetLinks } from './links';
