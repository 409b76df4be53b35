import SvgIcon from '@mui/material/SvgIcon';

import type { Notice } from '../../lib/notices';

/** A form for each severity, so that none is told by its colour alone. */
const PATHS: Readonly<Record<Notice['severity'], string>> = {
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm1 14h-2v-6h2zm0-8h-2V7h2z',
  success: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm-1.5 13L6.7 12.2l1.4-1.4 2.4 2.4 5.4-5.4 1.4 1.4z',
  warning: 'M12 3 1.5 21h21zm1 15h-2v-2h2zm0-4h-2v-4h2z',
  error: 'M8 3h8l5 5v8l-5 5H8l-5-5V8zm5 14v-2h-2v2zm0-4V7h-2v6z',
};
const WORDS: Readonly<Record<Notice['severity'], string>> = { info: 'Note', success: 'Done', warning: 'Warning', error: 'Attention' };

export function SeverityMark({ severity }: { severity: Notice['severity'] }) {
  return (
    <SvgIcon titleAccess={WORDS[severity]} sx={{ fontSize: 18, mt: 0.125, color: `${severity}.main`, flexShrink: 0 }}>
      <path d={PATHS[severity]} fillRule="evenodd" />
    </SvgIcon>
  );
}
