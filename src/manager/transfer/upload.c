/* libcurl with a file. */
#include "manager/transfer/upload.h"

#include <curl/curl.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONNECT_S 30L
#define STALLED_S 120L /* without a byte; a slow line is no failure */
#define STATUS_TAKEN 200
#define STATUS_ELSEWHERE 300
#define PROTOCOLS "ftp,ftps,http,https"

static const Str schemes[] = {STR_INIT("ftp://"), STR_INIT("ftps://"), STR_INIT("http://"),
                              STR_INIT("https://")};

bool upload_takes(Str url)
{
    for (size_t i = 0; i < ARRAY_N(schemes); i++) {
        if (str_equal_ignoring_case(str_slice(url, 0, schemes[i].len), schemes[i])) {
            return true;
        }
    }
    return false;
}

static size_t read_some(char *bytes, size_t size, size_t n, void *context)
{
    const int *fd = context;
    ssize_t done = 0;
    do {
        done = read(*fd, bytes, size * n);
    } while (done < 0 && errno == EINTR);
    return done < 0 ? CURL_READFUNC_ABORT : (size_t)done;
}

/* Answers to an upload aren't looked at. */
static size_t ignore(const char *bytes, size_t size, size_t n, void *context)
{
    (void)bytes;
    (void)context;
    return size * n;
}

typedef struct Stop {
    bool (*asked)(void *context);
    void *context;
} Stop;

/* Something else than 0 breaks the upload off. */
static int go_on(void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                 curl_off_t up)
{
    const Stop *stop = context;
    (void)down_total;
    (void)down;
    (void)up_total;
    (void)up;
    return stop->asked(stop->context);
}

/* How long it may take, and who may break it off. */
static bool set_limits(CURL *curl, Stop *stop)
{
    bool fine = curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_S) == CURLE_OK;
    fine &= curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L) == CURLE_OK;
    fine &= curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, STALLED_S) == CURLE_OK;
    fine &= curl_easy_setopt(curl, CURLOPT_TIMEOUT, UPLOAD_MAX_S) == CURLE_OK;
    fine &= curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) == CURLE_OK;
    fine &= curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, go_on) == CURLE_OK;
    fine &= curl_easy_setopt(curl, CURLOPT_XFERINFODATA, stop) == CURLE_OK;
    return fine;
}

/* Whom it may go to. */
static bool set_trust(CURL *curl)
{
    bool fine = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, PROTOCOLS) == CURLE_OK;
    fine &= curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK;
    fine &= curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_TRY) == CURLE_OK;
    fine &= curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK;
    fine &= curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK;
    return fine;
}

/* True if all were taken. The texts are copied by the library. */
static bool set_up(CURL *curl, Arena *a, const UploadTarget *target, Str name, int *fd,
                   int64_t size_bytes)
{
    const char *between = str_ends_with(target->url, STR("/")) ? "" : "/";
    const Str url = str_format(a, "%.*s%s%.*s", STR_ARG(target->url), between, STR_ARG(name));
    bool fine = curl_easy_setopt(curl, CURLOPT_URL, url.ptr) == CURLE_OK;
    fine &= curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L) == CURLE_OK;
    fine &= curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_some) == CURLE_OK;
    fine &= curl_easy_setopt(curl, CURLOPT_READDATA, fd) == CURLE_OK;
    fine &= curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore) == CURLE_OK;
    fine &= curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)size_bytes) == CURLE_OK;
    fine &= curl_easy_setopt(curl, CURLOPT_FTP_CREATE_MISSING_DIRS, (long)CURLFTP_CREATE_DIR) ==
            CURLE_OK;
    fine &= curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L) == CURLE_OK;
    fine &= curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
    if (target->user.len > 0) {
        const char *user = str_to_cstr(a, target->user);
        const char *password = str_to_cstr(a, target->password);
        fine &= curl_easy_setopt(curl, CURLOPT_USERNAME, user) == CURLE_OK;
        fine &= curl_easy_setopt(curl, CURLOPT_PASSWORD, password) == CURLE_OK;
    }
    return fine;
}

/* HTTP: a redirect is no failure for the library. */
static bool is_refused(Str url, long status)
{
    const Str http = STR("http");
    return str_equal_ignoring_case(str_slice(url, 0, http.len), http) &&
           (status < STATUS_TAKEN || status >= STATUS_ELSEWHERE);
}

Err *upload_file(Arena *a, const UploadTarget *target, int fd, Str name,
                 bool (*stop)(void *context), void *context)
{
    struct stat info;
    Stop asked = {stop, context};
    if (!upload_takes(target->url)) {
        return err(a, ERR_INVALID, "Uploads go to ftp, ftps, http or https addresses.");
    }
    if (fstat(fd, &info) != 0 || lseek(fd, 0, SEEK_SET) != 0) {
        return err(a, ERR_IO, "The file cannot be read.");
    }
    CURL *curl = curl_easy_init();
    if (curl == NULL || !set_limits(curl, &asked) || !set_trust(curl) ||
        !set_up(curl, a, target, name, &fd, info.st_size)) {
        curl_easy_cleanup(curl); /* takes NULL */
        return err(a, ERR_IO, "The upload cannot be started.");
    }
    const CURLcode code = curl_easy_perform(curl);
    long status = 0;
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status); /* 0 then */
    curl_easy_cleanup(curl);
    if (code != CURLE_OK) {
        return err(a, ERR_IO, "The upload failed: %s (code %ld).", curl_easy_strerror(code),
                   status);
    }
    return is_refused(target->url, status)
               ? err(a, ERR_IO, "The upload failed: the server refers to elsewhere (code %ld).",
                     status)
               : NULL;
}
