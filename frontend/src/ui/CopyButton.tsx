import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import { useEffect, useState } from 'react';

import { copyText } from '../lib/download';

import { CopyIcon } from './icons';

const TELL_MS = 2_000;

/** Copies a text, made when it is asked for, and says whether that worked. */
export function CopyButton({ label, text }: { label: string; text: () => string }) {
  const [told, setTold] = useState<string | null>(null);
  useEffect(() => {
    if (told === null) return undefined;
    const timer = setTimeout(() => setTold(null), TELL_MS);
    return () => clearTimeout(timer);
  }, [told]);
  const copy = async (): Promise<void> => setTold((await copyText(text())) ? 'Copied' : 'The browser does not allow it');
  return (
    <Tooltip title={told ?? label}>
      <IconButton aria-label={told ?? label} onClick={() => void copy()} color={told === 'Copied' ? 'success' : 'default'}>
        <CopyIcon sx={{ fontSize: 16 }} />
      </IconButton>
    </Tooltip>
  );
}
