import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Paper from '@mui/material/Paper';
import Typography from '@mui/material/Typography';
import { createSvgIcon } from '@mui/material/utils';
import { useState } from 'react';
import { useQuery } from 'urql';

import { problemOf } from '../../../lib/graphql/errors';
import { MOST_PINS } from '../../../lib/mapView';
import { useUnits } from '../../../lib/preferences';
import { ChevronDownIcon, ChevronRightIcon } from '../../../ui/icons';
import { kindOf } from '../kinds';

import { CompareTable } from './CompareTable';
import type { Column } from './CompareTable';
import { comparedAsset } from './facts';
import { freePlace } from './place';
import type { Point, Size } from './place';
import { CompareQuery } from './query';
import { useMove } from './useMove';

const MoveIcon = createSvgIcon(<path d="M12 2 8.500 5.500H11V11H5.500V8.500L2 12l3.500 3.500V13H11v5.500H8.500L12 22l3.500-3.500H13V13h5.500v2.500L22 12l-3.500-3.500V11H13V5.500h2.500z" />, 'Move');

const LABELS_PX = 132;
const COLUMN_PX = 148;
const HEAD_PX = 32;
const TABLE_PX = 240;
const EDGES_PX = 24;

interface Props {
  pins: readonly string[];
  frame: Size;
  /** Where the pinned and the selected assets are on the map, pixels. */
  objects: readonly Point[];
  timeZone: string | undefined;
  onUnpin: (assetId: string) => void;
  onClear: () => void;
  onGo: (assetId: string) => void;
}

/** Pinned assets side by side over the map. */
export function ComparePanel({ pins, frame, objects, timeZone, onUnpin, onClear, onGo }: Props) {
  const [isOpen, setOpen] = useState(true);
  const columns = [
    useColumn(pins[0] ?? null, timeZone),
    useColumn(pins[1] ?? null, timeZone),
    useColumn(pins[2] ?? null, timeZone),
    useColumn(pins[3] ?? null, timeZone),
  ].filter((column) => column !== null);
  const panel = {
    width: Math.min(LABELS_PX + COLUMN_PX * columns.length + 2, Math.max(0, frame.width - EDGES_PX)),
    height: HEAD_PX + (isOpen ? Math.min(TABLE_PX, frame.height * 0.45) : 0),
  };
  const [free, setFree] = useState<Point>(() => freePlace(panel, frame, objects));
  const [placedFor, setPlacedFor] = useState('');
  const key = `${pins.join()} ${panel.width} ${panel.height} ${frame.width} ${frame.height}`;
  if (placedFor !== key) {
    // Found once for each set of assets: it must not jump while the map is moved.
    setPlacedFor(key);
    setFree(freePlace(panel, frame, objects));
  }
  const { at, handle } = useMove(free, panel, frame);
  return (
    <Paper
      component="section"
      variant="outlined"
      aria-label="Pinned assets"
      data-testid="compare-panel"
      style={{ left: at.x, top: at.y, width: panel.width, height: panel.height }}
      sx={{ position: 'absolute', display: 'flex', flexDirection: 'column', overflow: 'hidden', zIndex: 4 }}
    >
      <Box sx={{ display: 'flex', alignItems: 'center', height: HEAD_PX, flexShrink: 0, borderBottom: isOpen ? 1 : 0, borderColor: 'divider' }}>
        <IconButton
          aria-label="Move the pinned assets: drag, or press arrow keys"
          data-testid="move-compare"
          {...handle}
          sx={{ cursor: 'move', touchAction: 'none', p: 0.5 }}
        >
          <MoveIcon sx={{ fontSize: 16 }} />
        </IconButton>
        <Button
          color="inherit"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
          startIcon={isOpen ? <ChevronDownIcon /> : <ChevronRightIcon />}
          sx={{ flex: 1, justifyContent: 'flex-start', minWidth: 0, whiteSpace: 'nowrap' }}
        >
          Pinned
          <Typography component="span" variant="caption" color="textSecondary" sx={{ ml: 1 }}>
            {pins.length} of {MOST_PINS}
          </Typography>
        </Button>
        <Button onClick={onClear} sx={{ whiteSpace: 'nowrap', flexShrink: 0 }}>
          Unpin all
        </Button>
      </Box>
      {isOpen && (
        <Box role="region" aria-label="Comparison" tabIndex={0} sx={{ flex: 1, minHeight: 0, overflow: 'auto' }}>
          <CompareTable columns={columns} onUnpin={onUnpin} onGo={onGo} />
        </Box>
      )}
    </Paper>
  );
}

/** A pinned asset with its facts; null where none is pinned. */
function useColumn(assetId: string | null, timeZone: string | undefined): Column | null {
  const units = useUnits();
  const kind = assetId === null ? null : kindOf(assetId);
  const [{ data, error, fetching }] = useQuery({
    query: CompareQuery,
    variables: {
      id: assetId ?? '',
      isSubstation: kind === 'substation',
      isBus: kind === 'bus',
      isBranch: kind === 'branch',
      isCircuit: kind === 'circuit',
      isLine: kind === 'line',
      isSwitch: kind === 'switch',
      isPole: kind === 'pole',
      isTransformer: kind === 'transformer',
      isMeter: kind === 'meter',
      isOutage: kind === 'outage',
    },
    pause: kind === null,
  });
  if (assetId === null) return null;
  const asset = data === undefined ? null : comparedAsset(assetId, data, { units, timeZone });
  if (asset !== null) return { assetId, asset, problem: null };
  if (kind !== null && fetching) return { assetId, asset: null, problem: null };
  return { assetId, asset: null, problem: error === undefined ? 'Not found, or you may not see it' : problemOf(error).message };
}
