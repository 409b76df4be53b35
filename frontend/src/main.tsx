import '@fontsource/roboto/latin-400.css';
import '@fontsource/roboto/latin-500.css';
import '@fontsource/roboto/latin-700.css';

import './ui/print.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from './app/App';
import { loadMapAhead } from './app/mapCode';
import { Themed } from './ui/Themed';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root.');
loadMapAhead(window.location.pathname);
createRoot(root).render(
  <StrictMode>
    <Themed>
      <App />
    </Themed>
  </StrictMode>,
);
