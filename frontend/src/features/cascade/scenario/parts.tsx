import Box from '@mui/material/Box';
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';

/** Fields beside each other, as many as the width holds. */
export function Pair({ children }: { children: ReactNode }) {
  return <Box sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fill, minmax(150px, 1fr))', gap: 1, mt: 1 }}>{children}</Box>;
}

export function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Box role="group" aria-label={title} sx={{ mt: 1 }}>
      <Typography variant="h3" component="h3" color="textSecondary">
        {title}
      </Typography>
      {children}
    </Box>
  );
}

export function Toggle({ label, isOn, onToggle }: { label: string; isOn: boolean; onToggle: (isOn: boolean) => void }) {
  return (
    <FormControlLabel
      control={<Switch size="small" checked={isOn} onChange={(event) => onToggle(event.target.checked)} />}
      label={<Typography variant="caption">{label}</Typography>}
      sx={{ display: 'flex', mt: 0.5 }}
    />
  );
}
