import { createSvgIcon } from '@mui/material/utils';

export const SelectIcon = createSvgIcon(<path d="M6 3v16l4.2-4 2.6 6 2.4-1-2.6-6H18z" />, 'Select');
export const RulerIcon = createSvgIcon(
  <path d="m3 16.5 13.5-13.5 4.5 4.5L7.500 21zm2.800 0 1.700 1.700L18.200 7.500 16.500 5.800l-1.400 1.400 1.200 1.200-1 1-1.200-1.200-1.500 1.500 2 2-1 1-2-2-1.500 1.500 1.200 1.200-1 1-1.200-1.200z" fillRule="evenodd" />,
  'Ruler',
);
export const AreaIcon = createSvgIcon(<path d="M4 20 3 8l9-5 9 6-3 11zm1.900-2h10.600l2.200-8.100-6.800-4.500-6.800 3.800zM8 15v-4h2v4zm4 0v-4h2v4z" fillRule="evenodd" />, 'Area');
export const CircleIcon = createSvgIcon(
  <path d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 2a7 7 0 1 1 0 14 7 7 0 0 1 0-14zm-1.500 6h8.500v2h-8.500z" fillRule="evenodd" />,
  'Circle',
);
export const RectangleIcon = createSvgIcon(<path d="M3 5h18v14H3zm2 2v10h14V7z" fillRule="evenodd" />, 'Rectangle');
export const PolygonIcon = createSvgIcon(<path d="M5 20 3 9l8-6 10 7-4 10zm1.700-2h8.900l3-7.200-7.600-5.300-5.800 4.300z" fillRule="evenodd" />, 'Polygon');
export const UndoIcon = createSvgIcon(<path d="M8 5v4.500l-5-4.500 5-4.500V5h5a6 6 0 0 1 0 12H7v-2h6a4 4 0 0 0 0-10z" transform="translate(1.500 3)" />, 'Undo');
export const RedoIcon = createSvgIcon(<path d="M8 5v4.500l-5-4.500 5-4.500V5h5a6 6 0 0 1 0 12H7v-2h6a4 4 0 0 0 0-10z" transform="matrix(-1 0 0 1 22.500 3)" />, 'Redo');
export const PlusIcon = createSvgIcon(<path d="M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z" />, 'Plus');
export const MinusIcon = createSvgIcon(<path d="M5 11h14v2H5z" />, 'Minus');
