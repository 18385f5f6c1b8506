import { render } from 'preact';
import { App } from './app.js';

const root = document.getElementById('console')!;
root.replaceChildren();
render(<App />, root);
