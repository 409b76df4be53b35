/** What every page holds of the notices; what follows and shows them is in `live.ts` and loads after the page. */
export { BellButton } from './BellButton';
