import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useEffect } from 'react';

import { useStore } from '../../lib/store';
import { ChatIcon } from '../../ui/icons';

import { BUTTON_ID, closePanel, openPanel, PANEL_ID, panelState } from './panelState';

/** Ctrl+/ or ⌘/: wherever the keyboard has the slash. */
function isShortcut(event: KeyboardEvent): boolean {
  return event.key === '/' && (event.ctrlKey || event.metaKey) && !event.altKey;
}

/** Opens the panel, or leads into it if it is open already and the focus is elsewhere. */
export function AssistantButton() {
  const { isOpen } = useStore(panelState);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!isShortcut(event)) return;
      event.preventDefault();
      const isInside = document.getElementById(PANEL_ID)?.contains(document.activeElement) === true;
      if (panelState.get().isOpen && isInside) closePanel();
      else openPanel();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  return (
    <Button
      id={BUTTON_ID}
      title="Ask the assistant (Ctrl+/)"
      color={isOpen ? 'primary' : 'inherit'}
      startIcon={<ChatIcon />}
      onClick={() => (isOpen ? closePanel() : openPanel())}
      aria-expanded={isOpen}
      aria-controls={isOpen ? PANEL_ID : undefined}
      aria-keyshortcuts="Control+/ Meta+/"
      data-testid="assistant-button"
      aria-label="Assistant"
      sx={{ minWidth: 0, whiteSpace: 'nowrap', flexShrink: 0, '& .MuiButton-startIcon': { mr: { xs: 0, md: 1 } } }}
    >
      <Box component="span" sx={{ display: { xs: 'none', md: 'inline' } }}>
        Assistant
      </Box>
    </Button>
  );
}
