import Box from '@mui/material/Box';
import Tooltip from '@mui/material/Tooltip';
import { createContext, memo, useContext, useMemo } from 'react';
import type { ReactNode } from 'react';
import ReactMarkdown from 'react-markdown';
import type { Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';

import { CitationChip } from './CitationChip';
import { CITATION_HASH, markCitations } from './citationMarks';
import type { CitationEvent } from './events';
import { safeLink } from './links';

interface Props {
  text: string;
  citations: readonly CitationEvent[];
}

const Citations = createContext<readonly CitationEvent[]>([]);

/** A link of the text: a citation's chip, a safe link, or its words alone. */
function TextLink({ href, children }: { href?: string; children?: ReactNode }) {
  const citations = useContext(Citations);
  if (href?.startsWith(CITATION_HASH) === true) {
    const number = Number(href.slice(CITATION_HASH.length));
    const citation = citations.find((each) => each.number === number);
    return citation === undefined ? <>{children}</> : <CitationChip citation={citation} />;
  }
  const link = safeLink(href, window.location.origin);
  if (link === null) return <>{children}</>;
  return (
    <Tooltip describeChild title={link.isElsewhere ? link.href : ''}>
      <a href={link.href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
    </Tooltip>
  );
}

/** Headings of an answer stand below those of the panel. */
const COMPONENTS: Components = {
  a: ({ href, children }) => <TextLink href={href}>{children}</TextLink>,
  // A picture would be fetched from wherever the text says.
  img: ({ alt }) => <>{alt}</>,
  h1: ({ children }) => <h4>{children}</h4>,
  h2: ({ children }) => <h4>{children}</h4>,
  h3: ({ children }) => <h5>{children}</h5>,
  h4: ({ children }) => <h5>{children}</h5>,
  h5: ({ children }) => <h6>{children}</h6>,
  table: ({ children }) => (
    <Box sx={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label="Table">
      <table>{children}</table>
    </Box>
  ),
};

/** The answer's Markdown. HTML in it is shown as nothing; links are checked. */
export const Markdown = memo(function Markdown({ text, citations }: Props) {
  const plugins = useMemo(
    () => [remarkGfm, markCitations(new Set(citations.map((citation) => citation.number)))],
    [citations],
  );
  return (
    <Citations.Provider value={citations}>
      <ReactMarkdown skipHtml remarkPlugins={plugins} components={COMPONENTS}>
        {text}
      </ReactMarkdown>
    </Citations.Provider>
  );
});
