export { ExportMenu } from './ExportMenu';
export { drawPicture } from './picture';
export { shownAssets } from './rows';
