import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';

import { followLink } from '../../lib/followLink';

const PAGES = [
  { path: '/cascade', label: 'New run on the map' },
  { path: '/cascade/runs', label: 'Runs' },
  { path: '/cascade/screening', label: 'Screening' },
  { path: '/cascade/compare', label: 'Compare' },
];

/** Title of a page of the lab, and the way to the others. */
export function LabHeader({ title, path, children }: { title: string; path: string; children?: ReactNode }) {
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1, mb: 1 }}>
      <Typography variant="h1" component="h2" sx={{ flex: 1 }}>
        {title}
      </Typography>
      {children}
      <Box component="nav" aria-label="Cascade lab" sx={{ display: 'flex', gap: 0.5 }}>
        {PAGES.map((page) => (
          <Button key={page.path} component="a" href={page.path} onClick={followLink} variant={page.path === '/cascade' ? 'outlined' : 'text'} aria-current={page.path === path ? 'page' : undefined} color={page.path === path ? 'inherit' : 'primary'}>
            {page.label}
          </Button>
        ))}
      </Box>
    </Box>
  );
}
