export { CommandPalette } from './CommandPalette';
export type { PaletteItem } from './items';
