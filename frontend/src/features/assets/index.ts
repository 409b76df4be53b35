export { AssetCard } from './AssetCard';
export type { CardActions } from './cardActions';
export { ComparePanel } from './compare/ComparePanel';
export { canFail, kindOf } from './kinds';
