#include "test.h"

#include "base/hash_table.h"

enum { N = 10000 };

typedef struct Item {
    int key;
    HashNode node;
} Item;

static uint64_t hash_of(int key)
{
    return (uint64_t)(key / 3) << 32; /* three keys share each, and the lower half says nothing */
}

static Item *find(const HashTable *t, int key)
{
    for (HashNode *n = hash_table_first(t, hash_of(key)); n != NULL; n = hash_table_next_same(n)) {
        Item *item = CONTAINER_OF(n, Item, node);
        if (item->key == key) {
            return item;
        }
    }
    return NULL;
}

static int count(const HashTable *t)
{
    int n = 0;
    for (HashNode *node = hash_table_any(t, NULL); node != NULL; node = hash_table_any(t, node)) {
        n++;
    }
    return n;
}

static void test_insert_find_remove(void **state)
{
    (void)state;
    static Item items[N];
    HashTable t;
    hash_table_init(&t);
    for (int i = 0; i < N; i++) {
        items[i].key = i;
        assert_null(find(&t, i));
        hash_table_insert(&t, &items[i].node, hash_of(i));
    }
    assert_int_equal(t.n, N);
    assert_int_equal(count(&t), N);
    for (int i = 0; i < N; i++) {
        assert_ptr_equal(find(&t, i), &items[i]);
    }
    for (int i = 0; i < N; i += 2) {
        hash_table_remove(&t, &items[i].node);
    }
    for (int i = 0; i < N; i++) {
        assert_ptr_equal(find(&t, i), i % 2 == 0 ? NULL : &items[i]);
    }
    assert_int_equal(count(&t), N / 2);
    hash_table_deinit(&t);
}

static void test_empty(void **state)
{
    (void)state;
    HashTable t;
    hash_table_init(&t);
    assert_null(hash_table_first(&t, 0));
    assert_null(hash_table_any(&t, NULL));
    Item item = {.key = 1};
    hash_table_insert(&t, &item.node, 7);
    hash_table_remove(&t, &item.node);
    assert_null(hash_table_first(&t, 7));
    assert_null(hash_table_any(&t, NULL));
    assert_int_equal(t.n, 0);
    hash_table_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_insert_find_remove),
        cmocka_unit_test(test_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
