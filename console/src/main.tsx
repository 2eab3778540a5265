// First: schemas decide how they parse when they are made.
import './zod-without-eval.ts';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiProblem } from '../../src/api/client.ts';
import { isAway } from './queries.ts';
import { router } from './routes.tsx';
import './styles.css';
import { applyTheme, storedTheme } from './ui/theme.ts';

applyTheme(storedTheme());

const queries = new QueryClient({
  queryCache: new QueryCache({
    // A session that ended shows at the first refusal: asking who we are brings the sign-in.
    onError: (error) => {
      const isRefused = error instanceof ApiProblem && error.problem.status === 401;
      if (isRefused) void queries.invalidateQueries({ queryKey: ['me'] });
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A refusal stays a refusal; a server that is away is asked again (useCall), without holding back what is known.
      retry: (count, error) => isAway(error) && count < 1,
      retryDelay: 500,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
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
