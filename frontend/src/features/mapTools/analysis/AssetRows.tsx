import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';

import { formatNumber, humanize } from '../../../lib/format';
import { useUnits } from '../../../lib/preferences';
import { formatDistance } from '../../../lib/units';

interface Row {
  assetId: string;
  title: string;
  lon: number;
  lat: number;
  distanceM?: number | null;
  attributes?: Record<string, unknown>;
}

interface Props {
  label: string;
  assets: readonly Row[];
  onGo: (assetId: string, at: { lon: number; lat: number }) => void;
}

const MOST_FACTS = 3;

/** Assets by name, each with what it is told by; a click goes there. */
export function AssetRows({ label, assets, onGo }: Props) {
  const units = useUnits();
  return (
    <Box component="ul" aria-label={label} sx={{ listStyle: 'none', m: 0, p: 0 }}>
      {assets.map((asset) => (
        <Box component="li" key={asset.assetId} sx={{ display: 'flex', gap: 1, alignItems: 'baseline' }}>
          <Button
            onClick={() => onGo(asset.assetId, { lon: asset.lon, lat: asset.lat })}
            title={asset.assetId}
            sx={{ p: 0, minWidth: 0, flexShrink: 0, maxWidth: '75%', fontWeight: 400, textAlign: 'left', lineHeight: 1.5, overflowWrap: 'anywhere' }}
          >
            {asset.title}
          </Button>
          <Typography variant="caption" color="textSecondary" noWrap title={factsOf(asset.attributes ?? {})} sx={{ flex: 1, minWidth: 0, textAlign: 'right' }}>
            {asset.distanceM == null ? factsOf(asset.attributes ?? {}) : formatDistance(asset.distanceM, units)}
          </Typography>
        </Box>
      ))}
    </Box>
  );
}

/** The first few attributes that are known, in words. */
export function factsOf(attributes: Record<string, unknown>): string {
  const told = Object.entries(attributes).flatMap(([name, value]) => {
    if (typeof value === 'number') return [`${humanize(name)} ${formatNumber(value, Number.isInteger(value) ? 0 : 1)}`];
    if (typeof value === 'string' && value !== '') return [humanize(value)];
    return [];
  });
  return told.slice(0, MOST_FACTS).join(', ');
}
