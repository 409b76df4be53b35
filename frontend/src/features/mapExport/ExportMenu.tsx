import Box from '@mui/material/Box';
import GlobalStyles from '@mui/material/GlobalStyles';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import Snackbar from '@mui/material/Snackbar';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { createPortal } from 'react-dom';

import { download, downloadFrom } from '../../lib/download';
import { plural } from '../../lib/format';

import { pngOf } from './picture';
import { shownCsv, shownGeoJson } from './rows';
import type { ShownAsset } from './rows';

interface Props {
  /** The button that opens the menu. */
  button: (open: (anchor: HTMLElement) => void, isOpen: boolean) => ReactNode;
  /** The map as a picture with its legend. */
  onPicture: () => Promise<HTMLCanvasElement>;
  /** What is drawn in view. */
  onAssets: () => ShownAsset[];
  /** Words of the picture, for those who do not see it. */
  describe: string;
}

const PRINT_CLASS = 'map-in-print';
/** On paper there is the picture alone. */
const PRINT_STYLES = {
  [`.${PRINT_CLASS}`]: { display: 'none' },
  '@media print': {
    'html, body': { height: 'auto', overflow: 'visible' },
    [`body > *:not(.${PRINT_CLASS})`]: { display: 'none !important' },
    [`.${PRINT_CLASS}`]: { display: 'block' },
    [`.${PRINT_CLASS} img`]: { width: '100%', height: 'auto' },
  },
};

/** What is shown, as a picture, as rows, and on paper. */
export function ExportMenu({ button, onPicture, onAssets, describe }: Props) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [notice, setNotice] = useState<string | null>(null);
  const [printed, setPrinted] = useState<string | null>(null);

  const attempt = (work: () => Promise<string | null>): void => {
    setAnchor(null);
    work().then(setNotice, (error: unknown) => setNotice(error instanceof Error ? error.message : String(error)));
  };
  const savePicture = async (): Promise<string | null> => {
    const url = URL.createObjectURL(await pngOf(await onPicture()));
    downloadFrom('map.png', url);
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    return 'The picture was saved.';
  };
  const saveRows = (format: 'csv' | 'geojson') => (): Promise<string | null> => {
    const assets = onAssets();
    if (assets.length === 0) return Promise.resolve('No asset is drawn in view.');
    if (format === 'csv') download('map.csv', shownCsv(assets), 'text/csv;charset=utf-8');
    else download('map.geojson', shownGeoJson(assets), 'application/geo+json');
    return Promise.resolve(`${plural(assets.length, 'asset')} in view ${assets.length === 1 ? 'was' : 'were'} saved.`);
  };
  const print = async (): Promise<string | null> => {
    setPrinted((await onPicture()).toDataURL('image/png'));
    return null;
  };
  const printNow = (): void => {
    window.print();
    setPrinted(null);
  };

  return (
    <>
      {button(setAnchor, anchor !== null)}
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)} anchorOrigin={{ vertical: 'top', horizontal: 'left' }} transformOrigin={{ vertical: 'top', horizontal: 'right' }}>
        <MenuItem onClick={() => attempt(savePicture)} data-testid="export-png">Picture with legend (PNG)</MenuItem>
        <MenuItem onClick={() => attempt(saveRows('csv'))} data-testid="export-csv">Assets in view (CSV)</MenuItem>
        <MenuItem onClick={() => attempt(saveRows('geojson'))} data-testid="export-geojson">Assets in view (GeoJSON)</MenuItem>
        <MenuItem onClick={() => attempt(print)} data-testid="export-print">Print</MenuItem>
      </Menu>
      <Snackbar open={notice !== null} message={notice} autoHideDuration={4_000} onClose={() => setNotice(null)} />
      {printed !== null &&
        createPortal(
          <Box className={PRINT_CLASS}>
            <GlobalStyles styles={PRINT_STYLES} />
            <img src={printed} alt={describe} onLoad={printNow} />
          </Box>,
          document.body,
        )}
    </>
  );
}
