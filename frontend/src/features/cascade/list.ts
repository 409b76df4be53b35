/** The list of runs, apart from the map parts so that showing it loads no deck.gl. */
export { RunsTable } from './RunsTable';
