import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import { useEffect, useState } from 'react';

import { notices } from '../lib/changes';
import { useStore } from '../lib/store';

const SHOWN_MS = 20_000;

/** What was done last, with its way back, or why it was refused. It stays until one closes it, or a while if all went well. */
export function NoticeBar() {
  const notice = useStore(notices);
  const [isUndoing, setUndoing] = useState(false);
  useEffect(() => {
    if (notice === null || notice.isRefusal) return undefined;
    const timer = setTimeout(() => notices.set(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  useEffect(() => () => notices.set(null), []);
  const undo = async (): Promise<void> => {
    setUndoing(true);
    await notice?.undo?.();
    setUndoing(false);
  };
  if (notice === null) return null;
  return (
    <Alert
      variant="outlined"
      severity={notice.isRefusal ? 'error' : 'success'}
      role={notice.isRefusal ? 'alert' : 'status'}
      data-testid="notice-bar"
      onClose={() => notices.set(null)}
      sx={{ mb: 1, py: 0, position: 'sticky', top: 0, zIndex: 3, bgcolor: 'background.paper', alignItems: 'center' }}
    >
      {notice.text}
      {notice.undo !== undefined && (
        <Button color="inherit" disabled={isUndoing} onClick={() => void undo()} sx={{ ml: 1, py: 0 }}>
          Undo
        </Button>
      )}
    </Alert>
  );
}
