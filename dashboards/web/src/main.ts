// Puts the app on the page.
import { mount } from 'svelte';
import App from './App.svelte';
import { apply } from './state/theme.svelte';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/table.css';
import './styles/form.css';
import './styles/print.css';

apply();

const target = document.getElementById('app');
if (target) mount(App, { target });
