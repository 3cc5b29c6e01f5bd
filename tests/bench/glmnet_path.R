# Fits of a LASSO path by glmnet, timed: glmnet_path.R n p s trials. One line per trial: seconds of generation and of the
# fit (processor time), penalties fitted, largest relative duality gap, the threshold that was set. See
# lasso_path_vs_glmnet.py.

if (!requireNamespace("glmnet", quietly = TRUE)) quit(status = 77)
suppressPackageStartupMessages(library(glmnet))
size <- as.integer(commandArgs(trailingOnly = TRUE))
n <- size[1]; p <- size[2]; s <- size[3]
set.seed(1)

timed <- function(work) {
  start <- proc.time()
  force(work)
  spent <- proc.time() - start
  spent[["user.self"]] + spent[["sys.self"]]
}

relative_gap <- function(x, y, beta, lambda) {
  active <- which(beta != 0)
  r <- y - drop(x[, active, drop = FALSE] %*% beta[active])
  alpha <- min(1, lambda / (max(abs(crossprod(x, r))) / n))
  primal <- sum(r^2) / (2 * n) + lambda * sum(abs(beta))
  (primal - alpha * sum(y * r) / n + alpha^2 * sum(r^2) / (2 * n)) / (sum(y^2) / (2 * n))
}

largest_gap <- function(x, y, fit)
  max(sapply(seq_along(fit$lambda), function(k) relative_gap(x, y, fit$beta[, k], fit$lambda[k])))

path <- function(x, y, lambda, threshold)
  glmnet(x, y, standardize = FALSE, intercept = FALSE, lambda = lambda, thresh = threshold, maxit = 1e7)

threshold <- NA
for (trial in seq_len(size[4])) {
  generation <- timed({
    x <- matrix(rnorm(n * p), n, p)
    y <- rowSums(x[, sample(p, s)]) + rep(c(0.25, 1), each = n / 2) * rnorm(n)
  })
  lambda <- max(abs(crossprod(x, y))) / n * 0.02^((1:59) / 59)
  # The driver stops behind the first penalty with more than 4 s + 20 coefficients: so does this side.
  long <- which(path(x, y, lambda, 1e-7)$df > 4 * s + 20)
  if (length(long) > 0) lambda <- lambda[seq_len(long[1])]
  if (is.na(threshold))  # a power of 100 that reaches the gaps which the driver promises
    for (threshold in 10^-seq(14, 24, 2)) if (largest_gap(x, y, path(x, y, lambda, threshold)) <= 1e-9) break
  seconds <- timed(fit <- path(x, y, lambda, threshold))
  cat(generation, seconds, length(fit$lambda), largest_gap(x, y, fit), threshold, "\n")
}
