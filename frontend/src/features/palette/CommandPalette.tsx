import Box from '@mui/material/Box';
import Dialog from '@mui/material/Dialog';
import InputBase from '@mui/material/InputBase';
import Typography from '@mui/material/Typography';
import { useEffect, useId, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';

import { useStore } from '../../lib/store';
import { SearchIcon } from '../../ui/icons';
import { visuallyHidden } from '../../ui/visuallyHidden';

import { matching, recentItems, remember } from './items';
import type { PaletteItem } from './items';
import { useFound } from './useFound';
import type { FindOptions } from './useFound';

interface Props extends FindOptions {
  /** Workspaces, commands and saved views, in the order they are offered. */
  items: readonly PaletteItem[];
  onGo: (href: string) => void;
  onClose: () => void;
}

const GROUP_ORDER = ['Recent', 'Places', 'Assets', 'Customers'];

/** One field for everything one can go to or do. Arrows choose, Enter does it, Escape leaves. */
export function CommandPalette({ items, onGo, onClose, ...find }: Props) {
  const id = useId();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const listRef = useRef<HTMLDivElement>(null);
  const recent = useStore(recentItems);
  const found = useFound(text, find);
  const isEmpty = text.trim() === '';
  const offered: readonly PaletteItem[] = isEmpty
    ? [
        ...recent.map((each) => ({ id: `recent/${each.href}`, group: 'Recent', label: each.label, detail: each.detail, href: each.href, run: () => onGo(each.href) })),
        ...items,
      ]
    : grouped([...matching(items, text), ...found.items]);
  const index = Math.min(chosen, offered.length - 1);
  const current = offered[index];

  const run = (item: PaletteItem): void => {
    onClose();
    if (item.href !== undefined) remember({ label: item.label, detail: item.detail ?? item.group, href: item.href });
    item.run();
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined && offered.length > 0) {
      event.preventDefault();
      const isEdge = Math.abs(step) === 1;
      const next = index + step;
      setChosen(isEdge ? (next + offered.length) % offered.length : Math.min(offered.length - 1, Math.max(0, next)));
    } else if (event.key === 'Enter' && current !== undefined) {
      event.preventDefault();
      run(current);
    }
  };
  useEffect(() => {
    listRef.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [index, text]);

  const status = found.problem ?? (found.isSearching ? 'Searching' : `${offered.length} found`);
  return (
    <Dialog
      open
      onClose={onClose}
      slotProps={{ paper: { 'aria-label': 'Search and commands', 'aria-labelledby': undefined, sx: { width: 620, maxWidth: '94vw', alignSelf: 'flex-start', mt: '8vh' } } }}
    >
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, px: 2, py: 1, borderBottom: 1, borderColor: 'divider' }}>
        <SearchIcon fontSize="small" />
        <InputBase
          autoFocus
          fullWidth
          value={text}
          placeholder="Go to, find an asset or a place, or do something"
          onChange={(event) => {
            setText(event.target.value);
            setChosen(0);
          }}
          onKeyDown={onKey}
          inputProps={{
            role: 'combobox',
            'aria-label': 'Search and commands',
            'aria-expanded': true,
            'aria-controls': `${id}-list`,
            'aria-autocomplete': 'list',
            'aria-activedescendant': current === undefined ? undefined : `${id}-${index}`,
            'data-testid': 'palette-input',
            maxLength: 200,
            autoComplete: 'off',
            spellCheck: false,
          }}
        />
      </Box>
      <Box ref={listRef} role="listbox" id={`${id}-list`} aria-label="Results" data-testid="palette-list" sx={{ overflowY: 'auto', maxHeight: '56vh', py: 0.5 }}>
        {offered.map((item, at) => (
          <Option
            key={`${item.group}/${item.id}`}
            id={`${id}-${at}`}
            item={item}
            heading={offered[at - 1]?.group === item.group ? null : item.group}
            isChosen={at === index}
            onPoint={() => setChosen(at)}
            onRun={() => run(item)}
          />
        ))}
      </Box>
      {!isEmpty && offered.length === 0 && (
        <Typography variant="body2" color="textSecondary" sx={{ px: 2, pb: 1.5 }} data-testid="palette-empty">
          {found.isSearching ? 'Searching…' : (found.problem ?? 'Nothing found. Try a name, the start of an id, a county, or “29.76, -95.37”.')}
        </Typography>
      )}
      {found.problem !== null && offered.length > 0 && (
        <Typography variant="caption" color="error" sx={{ px: 2, pb: 1 }}>
          Assets could not be searched: {found.problem}
        </Typography>
      )}
      <Box role="status" sx={visuallyHidden}>
        {isEmpty ? '' : status}
      </Box>
    </Dialog>
  );
}

/** What is found comes group by group: the commands that match, then places and assets. */
function grouped(items: readonly PaletteItem[]): readonly PaletteItem[] {
  const groups = [...new Set(items.map((item) => item.group))];
  groups.sort((a, b) => GROUP_ORDER.indexOf(a) - GROUP_ORDER.indexOf(b));
  return groups.flatMap((group) => items.filter((item) => item.group === group));
}

interface OptionProps {
  id: string;
  item: PaletteItem;
  heading: string | null;
  isChosen: boolean;
  onPoint: () => void;
  onRun: () => void;
}

function Option({ id, item, heading, isChosen, onPoint, onRun }: OptionProps) {
  return (
    <>
      {heading !== null && (
        <Typography role="presentation" variant="overline" component="div" color="textSecondary" aria-hidden sx={{ px: 2, pt: 0.5 }}>
          {heading}
        </Typography>
      )}
      <Box
        role="option"
        id={id}
        aria-selected={isChosen}
        onMouseMove={isChosen ? undefined : onPoint}
        onClick={onRun}
        data-testid="palette-option"
        sx={{
          display: 'flex',
          alignItems: 'baseline',
          gap: 1.5,
          px: 2,
          py: 0.625,
          cursor: 'pointer',
          fontSize: '0.875rem',
          bgcolor: isChosen ? 'action.selected' : undefined,
          boxShadow: isChosen ? (theme) => `inset 3px 0 ${theme.palette.primary.main}` : undefined,
        }}
      >
        <Box component="span" sx={{ whiteSpace: 'nowrap', overflow: 'hidden', textOverflow: 'ellipsis' }}>
          {item.label}
        </Box>
        <Box component="span" sx={{ ml: 'auto', color: 'text.secondary', fontSize: '0.75rem', whiteSpace: 'nowrap', overflow: 'hidden', textOverflow: 'ellipsis' }}>
          {item.detail ?? item.group}
        </Box>
      </Box>
    </>
  );
}
