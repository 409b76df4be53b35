export { AssetCard } from './AssetCard';
export type { CardActions } from './CardFrame';
export { canFail, kindOf } from './kinds';
