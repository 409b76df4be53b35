import Button from '@mui/material/Button';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useState } from 'react';

import { humanize } from '../../lib/format';

import type { CrewOnBoard } from './queries';

interface Props {
  label: string;
  crews: readonly CrewOnBoard[];
  onChoose: (crew: CrewOnBoard) => void;
  testId: string;
}

/** Chooses one of the crews that can be sent. */
export function CrewMenu({ label, crews, onChoose, testId }: Props) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const available = crews.filter((crew) => crew.status === 'AVAILABLE');
  return (
    <>
      <Button
        variant="outlined"
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={(event) => setAnchor(event.currentTarget)}
        data-testid={testId}
      >
        {label}
      </Button>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)} slotProps={{ list: { dense: true, 'aria-label': label } }}>
        {available.length === 0 && <MenuItem disabled>No crew is available</MenuItem>}
        {available.map((crew) => (
          <MenuItem
            key={crew.assetId}
            onClick={() => {
              setAnchor(null);
              onChoose(crew);
            }}
          >
            {crew.name} · {humanize(crew.kind).toLowerCase()} · {crew.homeSubstation.name}
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
