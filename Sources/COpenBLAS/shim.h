#pragma once
#include <cblas.h>
#include <stddef.h>

// LAPACK's singular value decomposition, part of OpenBLAS; its own header is in another package.
// All arguments by reference, matrices by columns; `job_length` is the length of the string `job`.
void dgesdd_(const char *job, const int *m, const int *n, double *a, const int *lda, double *s, double *u,
             const int *ldu, double *vt, const int *ldvt, double *work, const int *lwork, int *iwork, int *info,
             size_t job_length);
