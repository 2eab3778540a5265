import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiProblem } from '../../src/api/client.ts';
import { router } from './routes.tsx';
import './styles.css';
import { applyTheme, storedTheme } from './ui/theme.ts';

applyTheme(storedTheme());

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A refusal stays a refusal; a server that is away comes back.
      retry: (count, error) => !(error instanceof ApiProblem && error.problem.status < 500) && count < 3,
    },
  },
});

const place = document.getElementById('root');
if (place)
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
