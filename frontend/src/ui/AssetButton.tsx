import Button from '@mui/material/Button';
import type { ReactNode } from 'react';

/** An asset within text or a table: shows it where it lies. */
export function AssetButton({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <Button onClick={onClick} data-print="keep" sx={{ p: 0, minWidth: 0, textAlign: 'left', fontWeight: 400, fontSize: 'inherit', verticalAlign: 'baseline', whiteSpace: 'inherit' }}>
      {children}
    </Button>
  );
}
