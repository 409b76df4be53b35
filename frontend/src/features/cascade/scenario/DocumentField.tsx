import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useId, useState } from 'react';

import { useStore } from '../../../lib/store';
import { Fold } from '../../../ui/Fold';
import { draftStore, editDocument, readDocument } from '../draft';

import { isDocument } from './document';

/** The whole document, for what the form has no field of: storms, floods, what wind breaks, sources. */
export function DocumentField() {
  const id = useId();
  const draft = useStore(draftStore);
  const [typed, setTyped] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const text = typed ?? JSON.stringify(readDocument(draft).document, null, 2);
  const take = (): void => {
    let read: unknown;
    try {
      read = JSON.parse(text);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      return;
    }
    if (!isDocument(read)) {
      setProblem('The document must be an object: { … }');
      return;
    }
    const next = read;
    setProblem(null);
    setTyped(null);
    draftStore.set((before) => ({ ...before, texts: {} }));
    editDocument(() => next);
  };
  return (
    <Fold summary={<span>Everything, as a document (JSON)</span>} testId="scenario-document">
      <TextField
        id={id}
        multiline
        fullWidth
        maxRows={16}
        label="Document"
        value={text}
        onChange={(event) => setTyped(event.target.value)}
        error={problem !== null}
        helperText={problem ?? 'The server checks it when it is saved or run, and names the place of a fault.'}
        slotProps={{ htmlInput: { spellCheck: false, style: { fontFamily: 'monospace', fontSize: 12 } } }}
        sx={{ mt: 1 }}
      />
      {typed !== null && (
        <Box sx={{ display: 'flex', gap: 1, mt: 0.5 }}>
          <Button variant="outlined" onClick={take}>
            Take over
          </Button>
          <Button
            onClick={() => {
              setTyped(null);
              setProblem(null);
            }}
          >
            Discard
          </Button>
        </Box>
      )}
    </Fold>
  );
}
