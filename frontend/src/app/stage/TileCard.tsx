import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Paper from '@mui/material/Paper';
import Typography from '@mui/material/Typography';
import { useEffect } from 'react';
import type { ReactNode } from 'react';

import type { HitDescription } from '../../features/layers';
import { formatNumber } from '../../lib/format';
import { FactList } from '../../ui/FactList';
import { CloseIcon } from '../../ui/icons';

interface Props {
  description: HitDescription;
  at: { lon: number; lat: number };
  onCenter: () => void;
  onZoom: () => void;
  onClose: () => void;
  children?: ReactNode;
}

/** What a feature of the map says of itself, for what has no page of its own. */
export function TileCard({ description, at, onCenter, onZoom, onClose, children }: Props) {
  useEffect(() => {
    const close = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') onClose();
    };
    window.addEventListener('keydown', close);
    return () => window.removeEventListener('keydown', close);
  }, [onClose]);
  const place = `${formatNumber(at.lat, 5)}, ${formatNumber(at.lon, 5)}`;
  return (
    <Paper component="section" variant="outlined" aria-label={description.kind} data-testid="place-card" sx={{ pointerEvents: 'auto', p: 1.5 }}>
      <Box sx={{ display: 'flex', alignItems: 'flex-start', justifyContent: 'space-between', gap: 1 }}>
        <Box sx={{ minWidth: 0 }}>
          <Typography variant="h3" component="h2">
            {description.title}
          </Typography>
          <Typography variant="caption" color="textSecondary" component="p" sx={{ mb: 0.5 }}>
            {description.kind}
          </Typography>
        </Box>
        <IconButton size="small" aria-label="Close the card" onClick={onClose}>
          <CloseIcon fontSize="small" />
        </IconButton>
      </Box>
      <FactList facts={[...description.facts, { label: 'Place', value: place }]} />
      {children}
      <Box sx={{ display: 'flex', gap: 1, mt: 1 }}>
        <Button variant="outlined" color="inherit" onClick={onCenter}>
          Center
        </Button>
        <Button variant="outlined" color="inherit" onClick={onZoom}>
          Zoom
        </Button>
      </Box>
    </Paper>
  );
}
