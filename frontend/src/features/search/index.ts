export { SearchBox } from './SearchBox';
export type { SearchHit } from './SearchBox';
