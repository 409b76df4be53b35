import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import { useState } from 'react';

import { TargetIcon } from '../../ui/icons';

import { useAnswerActions } from './actions';
import type { AssetRef } from './events';

const FIRST_CHIPS = 12;

/** The assets an answer is about; each leads to its place on the map and its card. */
export function AssetChips({ assets }: { assets: readonly AssetRef[] }) {
  const { canOpen, onSelect } = useAnswerActions();
  const [isAll, setAll] = useState(false);
  const shown = isAll ? assets : assets.slice(0, FIRST_CHIPS);
  return (
    <Box component="ul" aria-label="Assets of the answer" data-testid="answer-assets" sx={{ listStyle: 'none', m: 0, p: 0, display: 'flex', flexWrap: 'wrap', gap: 0.5 }}>
      {shown.map((asset) => (
        <Box component="li" key={asset.assetId} sx={{ minWidth: 0 }}>
          <Chip
            icon={<TargetIcon />}
            variant="outlined"
            label={asset.label.includes(asset.assetId) ? asset.label : `${asset.label} · ${asset.assetId}`}
            title={asset.assetId}
            onClick={canOpen(asset.assetId) || asset.lon !== null ? () => onSelect(asset) : undefined}
            data-testid={`asset-chip-${asset.assetId}`}
          />
        </Box>
      ))}
      {assets.length > shown.length && (
        <li>
          <Button onClick={() => setAll(true)}>{assets.length - shown.length} more</Button>
        </li>
      )}
    </Box>
  );
}
