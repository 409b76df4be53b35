import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { ChevronDownIcon, ChevronRightIcon } from './icons';

interface Props {
  title: string;
  children: ReactNode;
  isOpenAtFirst?: boolean;
}

/** A part that asks the server nothing until it is opened. */
export function OnDemand({ title, children, isOpenAtFirst = false }: Props) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  return (
    <Box component="section" aria-label={title}>
      <Button
        color="inherit"
        onClick={() => setOpen(!isOpen)}
        aria-expanded={isOpen}
        startIcon={isOpen ? <ChevronDownIcon /> : <ChevronRightIcon />}
        sx={{ py: 0, px: 0.25, color: 'text.secondary', fontWeight: 500 }}
      >
        {title}
      </Button>
      {isOpen && <Box sx={{ pl: 1.5, pb: 0.5 }}>{children}</Box>}
    </Box>
  );
}
