import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import { createSvgIcon } from '@mui/material/utils';

import { MOST_PINS } from '../../lib/mapView';

import { useCardActions } from './cardActions';

const PinIcon = createSvgIcon(<path d="M8 3h8v2h-1v5l3 4v2h-5v5l-1 1-1-1v-5H6v-2l3-4V5H8zm3 2v5.700L8.500 14h7L13 10.700V5z" fillRule="evenodd" />, 'Pin');
const PinnedIcon = createSvgIcon(<path d="M8 3h8v2h-1v5l3 4v2h-5v5l-1 1-1-1v-5H6v-2l3-4V5H8z" />, 'Pinned');

/** Keeps the asset at hand, to be compared with others. */
export function PinButton({ assetId }: { assetId: string }) {
  const { pins, onPin } = useCardActions();
  const isPinned = pins.includes(assetId);
  const isFull = !isPinned && pins.length >= MOST_PINS;
  const label = isPinned ? 'Take it off the comparison' : 'Pin it to compare';
  return (
    <Tooltip title={isFull ? `${MOST_PINS} assets are pinned: take one off first` : label} describeChild={isFull}>
      <span>
        <IconButton aria-label={label} aria-pressed={isPinned} disabled={isFull} onClick={() => onPin(assetId)} data-testid="pin-card">
          {isPinned ? <PinnedIcon fontSize="small" /> : <PinIcon fontSize="small" />}
        </IconButton>
      </span>
    </Tooltip>
  );
}
